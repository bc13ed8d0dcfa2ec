import { describe, expect, it, vi } from 'vitest'
import type { ProbabilitySource } from '../evaluate/metrics/domain-metric.ts'
import type { ScoreRequest } from '../model/language-model/language-model.ts'
import { rememberedSource } from './metric-values.ts'

describe('rememberedSource', () => {
  const request = (prompt: string, ...response: number[]): ScoreRequest => ({ prompt, response })
  const score = vi.fn(async (requests: readonly ScoreRequest[]) =>
    requests.map(({ response }) => -(response[0] as number)),
  )
  const source = rememberedSource({ scoreTotals: score } as unknown as ProbabilitySource)

  it('asks only for what was not asked before, each once, and answers in the order of the requests', async () => {
    expect(await source.scoreTotals([request('a', 1), request('a', 2), request('a', 1)])).toEqual([
      -1, -2, -1,
    ])
    expect(await source.scoreTotals([request('a', 3), request('a', 2), request('b', 2)])).toEqual([
      -3, -2, -2,
    ])
    expect(score.mock.calls.map(([requests]) => requests)).toEqual([
      [request('a', 1), request('a', 2)],
      [request('a', 3), request('b', 2)],
    ])
  })

  it('asks nothing where all is known', async () => {
    const before = score.mock.calls.length
    expect(await source.scoreTotals([request('b', 2)])).toEqual([-2])
    expect(score).toHaveBeenCalledTimes(before)
  })
})
