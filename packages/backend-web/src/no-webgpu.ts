import { PatchError } from '@policypatch/core'

/** `BACKEND_FAILED`, for a page or Worker that was to run on WebGPU and cannot. */
export function noWebgpu(cause?: unknown): PatchError {
  const secure = globalThis.isSecureContext
  return new PatchError('BACKEND_FAILED', {
    expected: 'a WebGPU adapter',
    found: secure ? 'none in this browser' : 'a page that is not a secure context, which has no WebGPU',
    remedy: secure
      ? 'Use a browser with WebGPU and hardware acceleration turned on, or device wasm'
      : 'Serve the page over HTTPS or from localhost, or use device wasm',
    cause,
  })
}
