/** tfjs's WebGPU backend, a file of its own, in which it is built in: importing it registers the backend. */
export * from '@tensorflow/tfjs-backend-webgpu'
