/** What is used of the Hub's client: what is built reads these two functions, not all of that package. */
export { listFiles, modelInfo } from '@huggingface/hub'
