// Calls that change something in the engine.

import { address } from "./address.js";
import { askForToken, token } from "./token.js";
import { phrase } from "./phrases.js";

/**
 * Calls the engine's API.
 * @returns {ok, data, message}; `message` is the engine's error text, or null
 */
export async function call(method, path, body) {
  if (address.readOnly && method !== "GET") {
    return { ok: false, data: null, message: phrase("read-only") };
  }
  const headers = { "x-microscaling-client": "page" };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (token()) headers.authorization = `Bearer ${token()}`;
  let answer;
  try {
    const text = body === undefined ? undefined : JSON.stringify(body);
    answer = await fetch(path, { method, headers, body: text });
  } catch {
    return { ok: false, data: null, message: phrase("no-answer") };
  }
  const data = await answer.json().catch(() => null);
  if (answer.ok) return { ok: true, data, message: null };
  const message = data?.error?.message ?? phrase("answer.status", { status: answer.status });
  const asks = answer.status === 401 || (answer.status === 403 && /token/i.test(message));
  if (asks) askForToken(() => call(method, path, body));
  return { ok: false, data, message };
}
