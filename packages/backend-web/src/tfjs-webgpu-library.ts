/** tfjs's WebGPU backend, bundled into a file of its own. Importing it registers the backend. */
export * from '@tensorflow/tfjs-backend-webgpu'
