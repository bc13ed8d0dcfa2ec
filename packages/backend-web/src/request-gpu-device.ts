import { PatchError } from '@policypatch/core'

/**
 * A WebGPU device with the adapter's own limits, because the default ones allow no embedding matrix of more than 128 MiB.
 * Undefined if the browser, or this page, has no WebGPU or no adapter.
 */
export async function requestGpuDevice(): Promise<GPUDevice | undefined> {
  // Absent in a page that is not a secure context, in any browser.
  const gpu = (navigator as { readonly gpu?: GPU }).gpu
  const adapter = await gpu?.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) return undefined
  const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage } = adapter.limits
  const { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup } = adapter.limits
  const { maxComputeWorkgroupSizeX, maxComputeWorkgroupSizeY, maxComputeWorkgroupSizeZ } = adapter.limits
  const { maxComputeWorkgroupsPerDimension } = adapter.limits
  // Newer than the features in TypeScript's library.
  const useful = ['shader-f16', 'subgroups'] as GPUFeatureName[]
  return adapter.requestDevice({
    requiredFeatures: useful.filter((feature) => adapter.features.has(feature)),
    requiredLimits: {
      maxBufferSize,
      maxStorageBufferBindingSize,
      maxStorageBuffersPerShaderStage,
      maxComputeWorkgroupStorageSize,
      maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupSizeX,
      maxComputeWorkgroupSizeY,
      maxComputeWorkgroupSizeZ,
      maxComputeWorkgroupsPerDimension,
    },
  })
}

/** `BACKEND_FAILED` for a page or Worker that should run on WebGPU but cannot. */
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
