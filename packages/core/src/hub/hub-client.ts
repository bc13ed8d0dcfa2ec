/** The only functions used of the Hub's client, so that bundles contain these two and not all of that package. */
export { listFiles, modelInfo } from '@huggingface/hub'
