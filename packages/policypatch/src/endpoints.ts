/**
 * Core's endpoints; here their requests heed HTTP_PROXY, HTTPS_PROXY and NO_PROXY unless another `fetch` is given, and notices go
 * to standard error unless `onNotice` is.
 */
import { environmentFetch } from '@policypatch/backend-node'
import * as core from '@policypatch/core'

const proxied = <T extends core.EndpointOptions>(options: T): T => ({
  fetch: environmentFetch,
  onNotice: (line) => console.warn(core.printableLine(line)),
  ...options,
})

/** A reference behind an OpenAI-compatible server. See core's `endpointReference`. */
export const endpointReference = (options: core.EndpointReferenceOptions): core.Reference =>
  core.endpointReference(proxied(options))

/** A judge behind an OpenAI-compatible server. See core's `endpointJudge`. */
export const endpointJudge = (options: core.EndpointJudgeOptions): core.Judge =>
  core.endpointJudge(proxied(options))

/** A Llama Guard behind an OpenAI-compatible server. See core's `llamaGuardJudge`. */
export const llamaGuardJudge = (options: core.LlamaGuardJudgeOptions): core.Judge =>
  core.llamaGuardJudge(proxied(options))

/** A model that grades by StrongREJECT's rubric. See core's `strongRejectJudge`. */
export const strongRejectJudge = (options: core.StrongRejectJudgeOptions): core.Judge =>
  core.strongRejectJudge(proxied(options))
