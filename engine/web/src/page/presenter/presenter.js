// Sets up the presenter's window. Its keys work as on the Run page; those that change a view change
// the audience's window.

import { actions, showControls, tell, wireControls } from "../shell/controls.js";
import { wireHelp } from "../shell/help.js";
import { wireKeys } from "../shell/keys.js";
import { showReplay, togglePlay, wireReplay } from "../shell/replay.js";
import { go, showScenario } from "../shell/scenario.js";
import { subscribe } from "../shell/store.js";
import { VIEWS, freezeOthers, order, whenOthersFreeze } from "../shell/windows.js";
import { showTalk, wireTalk } from "./notes.js";
import { fitPreview } from "./preview.js";
import { showTimes } from "./times.js";

const help = wireHelp();
const freeze = () => freezeOthers();
const views = VIEWS.map((name) => [name, () => order(name)]);

wireControls({ freeze });
whenOthersFreeze();
wireKeys({
  ...actions,
  freeze,
  next: () => go("next"),
  previous: () => go("previous"),
  play: togglePlay,
  help,
  ...Object.fromEntries(views),
});
wireReplay(tell);
wireTalk(tell);
fitPreview();
subscribe((model) => {
  showScenario(model);
  showControls(model);
  showReplay();
  showTalk(model);
  showTimes();
});
setInterval(showTimes, 200);
