// `npm run build`: makes dist/server.js anew, for an image or a package. `npm start` does it by itself.
import { bundle, tellProblem } from "./bundle.mjs";

await bundle().catch(tellProblem);
