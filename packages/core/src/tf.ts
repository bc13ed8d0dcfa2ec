/**
 * The only import of tfjs-core. In Node its main file is a bundle that registers no gradients, so they are registered here.
 * The order matters: tfjs-core itself must come first, because the first copy to be loaded creates the global engine.
 */
export * from '@tensorflow/tfjs-core'

import '@tensorflow/tfjs-core/dist/register_all_gradients.js'
