import { importPackage } from '../../import-package.ts'

/** The OpenAI client library, loaded with the first request. Throws `BACKEND_FAILED` if it is not installed. */
export const openaiLibrary = () =>
  importPackage('openai', 'which sends requests to endpoints', () => import('openai'))
