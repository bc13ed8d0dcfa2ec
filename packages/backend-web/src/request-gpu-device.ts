import { PatchError } from '@policypatch/core'

/**
 * A WebGPU device with the adapter's own limits, for the default ones hold no embedding matrix of more than 128 MiB.
 * Undefined where the browser, or this page, has no WebGPU, or no adapter.
 */
export async function requestGpuDevice(): Promise<GPUDevice | undefined> {
  // Absent in a page that is not a secure context, whatever the browser.
  const gpu = (navigator as { readonly gpu?: GPU }).gpu
  const adapter = await gpu?.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) return undefined
  const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage } = adapter.limits
  const { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup } = adapter.limits
  const { maxComputeWorkgroupSizeX, maxComputeWorkgroupSizeY, maxComputeWorkgroupSizeZ } = adapter.limits
  const { maxComputeWorkgroupsPerDimension } = adapter.limits
  // Newer than what TypeScript's library lists.
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
