/**
 * A patch's files and manifest: composing, inspecting, comparing, exporting, importing.
 *
 * @module policypatch/browser/patch
 */

import '../../platform-storage.ts'

// Named exports take precedence over core's exports of the same name.
export * from '@policypatch/core/patch'
