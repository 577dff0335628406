// The Configure page's fields and edits, without a browser.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as fields from "../../web/src/page/configure/fields.js";
import { lines, scalar } from "../../web/src/page/configure/yaml.js";

const { PREFIX } = fields;
const of = (all) => Object.fromEntries(Object.entries(all).map(([k, v]) => [PREFIX + k, v]));

test("an edit is a typed value that differs from the engine's", () => {
  const [annotations, defaults] = [of({ priority: "1", queue: "jobs" }), of({})];
  const edits = (draft) => fields.edits(draft, annotations, defaults);
  assert.deepEqual(edits({ priority: "1", queue: " jobs " }), {});
  assert.deepEqual(edits({ priority: "2", queue: "" }), of({ priority: "2", queue: null }));
  assert.deepEqual(edits({ "max-delta": " 3 " }), of({ "max-delta": "3" }));
});

test("quotes and spaces around a value are dropped", () => {
  for (const typed of ["20", '"20"', "'20'", ' "20" ', '" 20 "', "\u201c20\u201d",
    "\u201e20\u201c", "\u00ab20\u00bb", "`20`", "'\"20\"'", "\u00a020\u00a0"]) {
    assert.equal(fields.plain(typed), "20", typed);
  }
  for (const typed of ["it's", '"', 'a"b', '"a', 'b"', "6 s"]) {
    assert.equal(fields.plain(typed), typed);
  }
  assert.equal(fields.plain('""'), "");
  const draft =
    { queue: '"jobs"', "scale-down-window": "'6s'", priority: '"1"', "max-delta": '""' };
  assert.deepEqual(fields.edits(draft, of({ priority: "1", "max-delta": "3" }), {}),
    of({ queue: "jobs", "scale-down-window": "6s", "max-delta": null }));
});

test("the Back button shows the value of the start", () => {
  const field = (key) => fields.FIELDS.find((field) => field.key === key);
  const defaults = of({ "target-queue-length": "20", paused: "false" });
  assert.equal(fields.backTo(field("target-queue-length"), defaults), "Back to 20");
  assert.equal(fields.backTo(field("max-delta"), defaults), "Back to no limit");
  assert.equal(fields.backTo(field("paused"), defaults), "Back to off");
  assert.ok(fields.differs(field("max-delta"), of({ "max-delta": "2" }), defaults));
  assert.ok(!fields.differs(field("max-delta"), {}, defaults));
});

test("a source has its own fields, and a queue is the source without an annotation", () => {
  const used = (rule, source) => fields.FIELDS.filter((field) => fields.uses(field, rule, source))
    .map(({ key }) => key).filter((key) => /queue|query|url|pointer|name|container$/.test(key));
  assert.deepEqual(used("rate", "queue"), ["target-queue-length", "queue"]);
  assert.deepEqual(used("per-container", "prometheus"),
    ["target-per-container", "query", "metric-name"]);
  assert.deepEqual(used("queue", "http"),
    ["target-queue-length", "url", "pointer", "metric-name"]);
  assert.deepEqual(used("remainder", "http"), []);
  const source = fields.FIELDS.find(({ key }) => key === "source");
  assert.equal(fields.shown(source, {}), "queue");
  assert.deepEqual(fields.edits({ source: "queue" }, {}, {}), {});
  assert.deepEqual(fields.edits({ source: "http" }, {}, {}), of({ source: "http" }));
});

test("undoing a pause restores the annotation from before it", () => {
  const paused = of({ paused: "true" });
  assert.deepEqual(fields.edits({ paused: "" }, paused, {}), of({ paused: null }));
  assert.deepEqual(fields.edits({ paused: "" }, paused, of({ paused: "false" })),
    of({ paused: "false" }));
  assert.deepEqual(fields.edits({ paused: "true" }, {}, {}), of({ paused: "true" }));
});

test("a draft that was applied goes, the rest stays", () => {
  const draft = { priority: "2", "max-delta": "7" };
  assert.deepEqual(fields.settled(draft, of({ priority: "2" }), {}), { "max-delta": "7" });
});

test("a problem is shown at its field, others at the field edited last", () => {
  const of = (deployment, name, what) => ({
    deployment, annotation: PREFIX + name,
    text: `deployment/${deployment}: annotation ${PREFIX}${name} ${what}`,
  });
  const problems = [
    of("a", "priority", "is 0; the first priority is 1"),
    of("engine", "capacity", "is 3, less than the minimums"),
  ];
  assert.deepEqual(fields.placed(problems, "a", "min-containers"), {
    priority: "priority is 0; the first priority is 1",
    "min-containers": "capacity is 3, less than the minimums",
  });
  const text = problems.map((problem) => problem.text).join("; ");
  assert.deepEqual(fields.sentences(text), problems);
  assert.deepEqual(fields.sentences("it is scaled by another one; leave it"),
    [{ deployment: null, annotation: null, text: "it is scaled by another one; leave it" }]);
});

test("YAML lines that differ from the start are marked", () => {
  const now = of({ rule: "rate", "target-queue-length": "10", paused: "true" });
  const before = of({ rule: "rate", "target-queue-length": "20", "rate-average": "5s" });
  const marked = lines("a", now, before).map(({ text, kind }) => [text.trim(), kind]);
  assert.deepEqual(marked, [
    ["metadata:", null],
    ["name: a", null],
    ["annotations:", null],
    [`${PREFIX}rule: rate`, null],
    [`${PREFIX}target-queue-length: "10"`, "changed"],
    [`${PREFIX}paused: "true"`, "changed"],
    [`# ${PREFIX}rate-average: "5s"`, "gone"],
  ]);
});

test("values that YAML would read as another type are quoted", () => {
  for (const text of ["1", "true", "No", "", "a: b", "- a", "a:", "~"]) {
    assert.equal(scalar(text), JSON.stringify(text));
  }
  for (const text of ["rate", "simple-queue", "microscaling.com/rule"]) {
    assert.equal(scalar(text), text);
  }
});
