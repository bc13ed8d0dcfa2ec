/**
 * A patch's files and manifest: composing, inspecting, comparing, exporting, importing.
 *
 * @module policypatch/patch
 */

import '../platform-storage.ts'

// What is exported by name takes the place of core's export of that name.
export * from '@policypatch/core/patch'
export { exportOnnx } from '../export-onnx.ts'
export { readTrust, type TrustFileOptions } from '../patches/trust-file.ts'
