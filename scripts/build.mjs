// `npm run build`: rebuilds dist/server.js, for an image or a package. `npm start` does this when necessary.
import { bundle, tellProblem } from "./bundle.mjs";

await bundle().catch(tellProblem);
