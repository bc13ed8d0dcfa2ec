/**
 * A patch's files and manifest: composing, inspecting, comparing, exporting, importing.
 *
 * @module policypatch/patch
 */

import '../platform-storage.ts'

// Named exports take precedence over core's exports of the same name.
export * from '@policypatch/core/patch'
export { exportOnnx } from '../export-onnx.ts'
export { readTrust, type TrustFileOptions } from '../patches/trust-file.ts'
