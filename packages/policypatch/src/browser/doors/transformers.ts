/**
 * Patches for transformers.js (`@huggingface/transformers` 4): pipelines and models in ONNX format, in Node and in the browser.
 *
 * @module policypatch/browser/transformers
 */

import '../../platform-storage.ts'

export { applyToModel, applyToPipeline } from '../../transformers/apply-to-pipeline.ts'
export { type KeyValueSource, type KeyValues, readKeyValues } from '../../transformers/read-key-values.ts'
