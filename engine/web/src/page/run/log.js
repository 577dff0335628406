// The log, newest entry first.

import { el, keyed, place, say } from "../shell/dom.js";
import { entries } from "../shell/model.js";
import { clock, inPageWords } from "../shell/words.js";
import { phrase } from "../shell/phrases.js";

const SHOWN = 60;

/** Shows the log. */
export function showLog(model) {
  const workloads = entries(model, "workload");
  const newest = model.log.slice(-SHOWN).reverse();
  keyed(place("log"), newest, ({ id }) => id, blank, (item, entry) => {
    item.dataset.kind = entry.kind;
    const [time, text] = item.children;
    say(time, clock(entry.at));
    const said = inPageWords(entry.text, workloads);
    const bare = said.replace(/\.$/, "");
    say(text, ` ${entry.by ? phrase("by", { text: bare, actor: entry.by }) : said}`);
  });
  trim();
}

/** Ends the log's frame after a whole entry: half a line looks like a defect. */
function trim() {
  const frame = place("log-frame");
  frame.style.maxHeight = "";
  const { clientHeight } = frame;
  const ends = [...place("log").children].map((item) => item.offsetTop + item.offsetHeight);
  const top = place("log").offsetTop;
  const last = ends.map((end) => end - top).filter((end) => end <= clientHeight).at(-1);
  if (last && ends.at(-1) - top > clientHeight) frame.style.maxHeight = `${last}px`;
}

const blank = () => el("li", {}, el("time"), el("span"));
