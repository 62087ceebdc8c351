// Builds dist/console, unless it is that of these sources. `npm start` runs it in the
// background, `npm run build` and the package as a step.
import { rolldown } from "rolldown";
import { bundleConsole, isConsoleBuilt } from "./console-bundle.mjs";

if (!isConsoleBuilt()) await bundleConsole(rolldown);
