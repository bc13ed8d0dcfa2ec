/**
 * onnxruntime-node without telemetry; import it from here only. Since 1.29, ONNX Runtime's official builds for Linux and macOS keep
 * an identifier of the machine in the user's cache and report processes and sessions to Microsoft, unless `ORT_DISABLE_TELEMETRY`
 * is set (its docs/Privacy.md). A value that is already set is kept. The variable is read when the first session is created.
 */

import { isMainThread } from 'node:worker_threads'

if (process.env.ORT_DISABLE_TELEMETRY === undefined) {
  process.env.ORT_DISABLE_TELEMETRY = '1'
  // In a worker thread, process.env is a copy that ONNX Runtime does not see.
  if (!isMainThread) {
    process.emitWarning(
      "ONNX Runtime's telemetry cannot be turned off from a worker thread. Start Node with ORT_DISABLE_TELEMETRY=1, or import policypatch in the main thread first.",
      { code: 'POLICYPATCH_TELEMETRY' },
    )
  }
}

export { InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node'
