// The button that saves the report of the run since the last reset.

import { place, say } from "../shell/dom.js";
import { phrase } from "../shell/phrases.js";
import { save } from "./export.js";

/** How long a message stays beside the button. */
const STAYS_MS = 8000;

let timer = null;

/** Sets up the button. */
export function wireReport() {
  place("report").addEventListener("click", async () => {
    const button = place("report");
    // The simulation of the other autoscalers takes a second or two.
    button.disabled = true;
    tell(phrase("report.begun"));
    const wrong = await saved();
    button.disabled = false;
    tell(wrong ?? phrase("report.saved"));
    timer = setTimeout(() => tell(""), STAYS_MS);
  });
}

function tell(text) {
  clearTimeout(timer);
  say(place("report-said"), text);
}

/** Fetches and saves the report; returns what went wrong, or null. */
async function saved() {
  try {
    const answer = await fetch("/api/v1/report");
    if (answer.ok) {
      save(await answer.blob(), fileName(answer));
      return null;
    }
    const error = await answer.json().catch(() => null);
    const status = phrase("report.status", { status: answer.status });
    return phrase("report.none", { because: error?.error?.message ?? status });
  } catch {
    return phrase("no-answer");
  }
}

/** The name that the engine gives the file, which has the date. */
function fileName(answer) {
  const given = answer.headers.get("content-disposition") ?? "";
  return /filename="([\w.-]+)"/.exec(given)?.[1] ?? "microscaling-report.html";
}
