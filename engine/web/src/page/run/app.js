// Sets up the Run page: shows each new model in the page's elements.

import { showAudience, showCode, wireCode } from "./audience.js";
import { chart } from "./chart.js";
import { curve } from "./curve.js";
import { address } from "../shell/address.js";
import { actions, removeControls, setFrozen, showControls, tell, wireControls }
  from "../shell/controls.js";
import { el, place } from "../shell/dom.js";
import { wireExport } from "./export.js";
import { unread } from "./figures.js";
import { wireReport } from "./report.js";
import { choiceChanged, comparisonLines, isCompared, toggleComparison } from "./comparison.js";
import { showDots } from "./dots.js";
import { showBadge } from "../shell/header.js";
import { showHeadline, showTroubles } from "./headline.js";
import { wireHelp } from "../shell/help.js";
import { wireKeys } from "../shell/keys.js";
import { showLegend } from "./legend.js";
import { showLoad } from "./load.js";
import { showLog } from "./log.js";
import { entries } from "../shell/model.js";
import { showNumbers } from "./numbers.js";
import { showPicture, wireFilm } from "./picture.js";
import { openPresenter } from "./presenter.js";
import { showReplay, togglePlay, wireReplay } from "../shell/replay.js";
import { go, showScenario } from "../shell/scenario.js";
import { fit, showSlots } from "./slots.js";
import { fitSentences, isStage, toggleStage, wireStage } from "./stage.js";
import { onStill, store, subscribe, STALE_AFTER_MS } from "../shell/store.js";
import { toDom } from "../shell/svg.js";
import { showTable } from "./table.js";
import { reader } from "./values.js";
import { showVisit, wireVisit } from "./visit.js";
import { wireAudience } from "../shell/windows.js";
import { phrase } from "../shell/phrases.js";
import { showWhy, toggleWhy } from "./why.js";
import { isWorlds, nextOther, showWorlds, toggleWorlds, wireWorlds } from "./worlds.js";

/** The chart's time span in seconds. */
const SECONDS = address.seconds;

let drawing = null;

/** The size of the chart's type in units of its drawing. */
const TYPE = 18;

const pen = document.createElement("canvas").getContext("2d");
const family = getComputedStyle(document.body).fontFamily;
function width(text, { strong = false }) {
  pen.font = `${strong ? "700" : "400"} ${TYPE}px ${family}`;
  return pen.measureText(text).width;
}

const frame = place("plot");
const values = reader(frame);
const SLIDER = {
  tabindex: "0", role: "slider", "aria-label": phrase("chart.read"),
  "aria-valuemin": -SECONDS, "aria-valuemax": "0", "aria-valuenow": "0",
};

function showChart(model) {
  const queues = entries(model, "queue");
  const read = queues.length === 0
    || queues.some(({ name }) => model.history.queues[name]?.some((n) => n !== null));
  if (!read || model.history.t.length === 0) {
    // After a reset there are no readings until the queue is read again.
    if (drawing || queues.length > 0) waiting(unread(queues));
    return;
  }
  if (!drawing) {
    Object.entries(SLIDER).forEach(([name, value]) => frame.setAttribute(name, value));
  }
  draw(model);
}

/** Shows a text in place of the chart until the first reading. */
function waiting(text) {
  if (!drawing && frame.textContent === text) return;
  Object.keys(SLIDER).forEach((name) => frame.removeAttribute(name));
  frame.replaceChildren(el("p", { class: "waiting" }, text));
  drawing = null;
}

function draw(model) {
  const size = { width: frame.clientWidth, height: frame.clientHeight };
  if (size.width < 100 || size.height < 60) return;
  const scale = parseFloat(getComputedStyle(frame).fontSize) / TYPE;
  const contenders = comparisonLines(model);
  const draw = isStage() ? curve : chart;
  const drawn = draw(model, { size, scale, seconds: SECONDS, contenders, width });
  if (!drawn) return;
  drawing = { ...drawn, size };
  frame.querySelectorAll("svg, .waiting").forEach((old) => old.remove());
  frame.prepend(toDom(drawn.tree));
  values.show({ ...drawn, model });
  showTable(place("chart-data"), drawn.data);
}

const slow = matchMedia("(prefers-reduced-motion: reduce)");
const NONE = { run: null, t: 0 };
/** The run and the time of the model that was shown last, while the page was not frozen. */
let last = NONE;
/** A state that comes later than this many seconds after the last one that was shown is shown
 *  without movement, because nobody saw what led to it. Until then the page is not stale,
 *  either. */
const MISSED_S = STALE_AFTER_MS / 1000;

onStill(() => {
  last = NONE;
});

/** Whether this model must be shown without movement. */
function isCalm({ run, t }) {
  const missed = run !== last.run || t < last.t || t - last.t > MISSED_S;
  last = store.frozen ? NONE : { run, t };
  return missed || store.frozen || slow.matches;
}

function show(model) {
  showHeadline(model);
  showTroubles(model);
  showScenario(model);
  fitSentences();
  showAudience(model);
  const calm = isCalm(model);
  showSlots(model, calm);
  showLegend(model);
  showNumbers(model);
  showLoad(model);
  // After the numbers, from which the dots come.
  showDots(model, calm);
  showWhy(model);
  showChart(model);
  showPicture(model);
  if (!address.readOnly) {
    showControls(model);
    showReplay();
  }
  showLog(model);
  showVisit(model);
  showWorlds(model);
}

const again = () => store.known && show(store.shown ?? store.model);
const stageChanged = () => {
  fit();
  again();
};

const why = () => toggleWhy(store.shown ?? store.model);
/** Shows or hides the comparison, which only a running engine computes, not a recording. */
const comparison = () => (store.model.state.status?.mode === "replay"
  ? tell({ ok: true }, phrase("comparison.recording")) : toggleComparison(again));

/** Shows or hides the two worlds, over the Run page or the stage view. */
function worlds() {
  toggleWorlds();
  stageChanged();
}

/** Compares ours with the next one, where something shows who that is. Frozen views stay. */
function other() {
  if (store.frozen || (!isWorlds() && !isCompared())) return false;
  nextOther();
  return choiceChanged();
}

/** What changes only this page; the presenter's window may ask for it. */
const views = {
  stage: () => {
    // From the two worlds the key leads to the stage view, wherever they were opened.
    if (isWorlds()) toggleStage(true);
    else toggleStage();
    toggleWorlds(false);
    stageChanged();
  },
  comparison,
  worlds,
  other,
  // Without the worlds the key is the browser's.
  leave: () => (isWorlds() ? worlds() : false),
  why,
  code: () => showCode(store.model),
};
const freezing = {
  get: () => store.frozen,
  set: (frozen) => {
    setFrozen(frozen);
    showBadge();
  },
};
const report = wireAudience(views, freezing);
const freeze = () => {
  freezing.set(!store.frozen);
  report();
};
const help = wireHelp();
/** What all keys do. */
const everything = {
  ...views,
  ...actions,
  freeze,
  next: () => go("next"),
  previous: () => go("previous"),
  play: togglePlay,
  presenter: openPresenter,
  help,
};

if (address.readOnly) {
  removeControls();
} else {
  wireControls({ freeze });
  wireReplay(tell);
}
wireWorlds({ toggle: worlds, next: other, tables: comparison });
wireStage(stageChanged);
wireCode();
wireVisit();
wireExport(() => drawing);
wireReport();
wireFilm();
wireKeys(address.readOnly ? { ...views, freeze } : everything);
place("why-open").addEventListener("click", why);
place("comparison-open").addEventListener("click", comparison);
place("presenter")?.addEventListener("click", openPresenter);
new ResizeObserver(again).observe(frame);
addEventListener("resize", again);
subscribe(show);
