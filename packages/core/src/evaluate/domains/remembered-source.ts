import type { ProbabilitySource } from './probability-source.ts'

/** The same source, asked once for what several metrics read. It keeps every answer: make one per evaluation. */
export function rememberedSource(source: ProbabilitySource): ProbabilitySource {
  return {
    ...source,
    score: remembered((requests) => source.score(requests)),
    candidateLogps: remembered((requests) => source.candidateLogps(requests)),
  }
}

function remembered<Request, Answer>(ask: (requests: readonly Request[]) => Promise<readonly Answer[]>) {
  const answers = new Map<string, Answer>()
  return async (requests: readonly Request[]): Promise<Answer[]> => {
    const keys = requests.map((request) => JSON.stringify(request))
    const missing = new Map(
      keys.flatMap((key, i) => (answers.has(key) ? [] : [[key, requests[i] as Request] as const])),
    )
    if (missing.size > 0) {
      const found = await ask([...missing.values()])
      for (const [i, key] of [...missing.keys()].entries()) answers.set(key, found[i] as Answer)
    }
    return keys.map((key) => answers.get(key) as Answer)
  }
}
