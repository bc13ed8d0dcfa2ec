/**
 * A server for patched models with OpenAI's API.
 *
 * @module @policypatch/serve
 */

export { environmentSettings, variableOf } from './config/environment.ts'
export type { Limits } from './config/limits.ts'
export { parseServeFile, type ServeConfig, type ServeSettings, serveConfig } from './config/serve-config.ts'
export { addKey } from './operate/api-keys.ts'
export type { PatchSource } from './patches/patch-source.ts'
export { type RunningServer, type ServeOptions, serve } from './serve.ts'
