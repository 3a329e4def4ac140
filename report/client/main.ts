import { startCost } from "./cost";
import { startDrawer } from "./drawer";
import { highlightFiles } from "./highlight";
import { startPicture } from "./picture";
import { startPrinting } from "./printing";
import { startTheme } from "./theme";
import { startZones } from "./zones";

startTheme();
startPicture();
startDrawer();
startZones();
startCost();
highlightFiles();
startPrinting();
// What a test waits for: from here on everything answers.
document.documentElement.dataset["ready"] = "true";
