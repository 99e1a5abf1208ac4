/** Rewrites the golden file of the public API: `npm run api:update`. */
import { writeFileSync } from "node:fs";
import { goldenFile, publicApi } from "./public-api.ts";

writeFileSync(goldenFile, publicApi());
