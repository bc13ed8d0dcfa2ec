/** Where a backend runs, in a word. */
export function deviceName(backend: string): string {
  return backend.includes('webgpu') ? 'WebGPU' : 'WebAssembly'
}
