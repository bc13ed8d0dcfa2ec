/**
 * Metrics for Prometheus. Those that mean the same as a vLLM metric have its name and labels, so that dashboards and alerts for
 * vLLM work unchanged; the others begin with `policypatch_`.
 */

import type { Engine } from '@policypatch/core/engine'
import type { MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { AnswerObserver } from '../answer/answer-record.ts'
import type { RequestVariables } from '../api/serve-context.ts'
import type { CanaryStatus, ServedPatches } from '../patches/served-patches.ts'
import { stackNames } from '../patches/served-stack.ts'

export interface Metrics {
  readonly registry: Registry
  readonly observer: AnswerObserver
  readonly middleware: MiddlewareHandler<RequestVariables>
  /** Counts canaries that have ended. */
  canary(status: CanaryStatus): void
}

const latencies = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
]
const longer = [0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960]
const counts = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000]

export function createMetrics(engine: Engine, name: string, patches: () => ServedPatches): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const model = { model_name: name }
  const labelNames = ['model_name']

  const gauge = (metric: string, help: string, value: () => number) =>
    new Gauge({
      ...{ name: metric, help, labelNames, registers },
      collect() {
        this.set(model, value())
      },
    })
  /** Counters that the engine keeps itself. */
  const counted = (metric: string, help: string, value: () => number) =>
    new Counter({
      ...{ name: metric, help, labelNames, registers },
      collect() {
        this.reset()
        this.inc(model, value())
      },
    })
  const histogram = (metric: string, help: string, buckets: number[]) =>
    new Histogram({ ...{ name: metric, help, labelNames, buckets, registers } })

  gauge('vllm:num_requests_running', 'Sequences that are being decoded.', () => engine.status().running)
  gauge('vllm:num_requests_waiting', 'Sequences that wait.', () => engine.status().waiting)
  counted('vllm:prompt_tokens_total', 'Tokens of prompts.', () => engine.status().promptTokens)
  counted(
    'vllm:generation_tokens_total',
    'Tokens that were generated.',
    () => engine.status().completionTokens,
  )
  counted(
    'vllm:prefix_cache_queries_total',
    'Tokens looked for in the prefix cache.',
    () => engine.status().promptTokens,
  )
  counted(
    'vllm:prefix_cache_hits_total',
    'Tokens found in the prefix cache.',
    () => engine.status().cachedTokens,
  )
  gauge(
    'policypatch_prompt_cache_bytes',
    'Bytes of keys and values that are kept for prompts.',
    () => engine.status().promptCacheBytes,
  )

  const success = new Counter({
    name: 'vllm:request_success_total',
    help: 'Choices that ended, by why: stop, length, abort or error.',
    labelNames: ['model_name', 'finished_reason'],
    registers,
  })
  const firstToken = histogram(
    'vllm:time_to_first_token_seconds',
    'Seconds until the first token.',
    latencies,
  )
  const interval = histogram('vllm:inter_token_latency_seconds', 'Seconds between tokens.', latencies)
  const whole = histogram('vllm:e2e_request_latency_seconds', 'Seconds until the end.', longer)
  const promptSize = histogram('vllm:request_prompt_tokens', 'Tokens of prompts.', counts)
  const answerSize = histogram('vllm:request_generation_tokens', 'Tokens of answers.', counts)
  const asked = histogram('vllm:request_params_max_tokens', 'Tokens that were asked for at most.', counts)
  const choices = histogram('vllm:request_params_n', 'Choices that were asked for.', [1, 2, 5, 10, 20])

  const stacks = new Counter({
    name: 'policypatch_answers_total',
    help: 'Answers that ended, by the stack of patches, the side of a canary and how they ended.',
    labelNames: ['patches', 'arm', 'outcome'],
    registers,
  })
  const http = new Counter({
    name: 'policypatch_http_requests_total',
    help: 'Requests that were answered, by route and status code.',
    labelNames: ['method', 'route', 'status'],
    registers,
  })
  const ended = new Counter({
    name: 'policypatch_canaries_total',
    help: 'Canaries that ended: stopped, promoted or rolled back.',
    labelNames: ['state'],
    registers,
  })
  for (const state of ['stopped', 'promoted', 'rolled back']) ended.inc({ state }, 0)
  new Gauge({
    name: 'policypatch_canary_refusals',
    help: 'Shares of refused prompts by side: of harmful, of harmless and of all.',
    labelNames: ['arm', 'kind'],
    registers,
    collect() {
      this.reset()
      const { canary } = patches()
      if (canary?.state !== 'running') return
      for (const arm of ['stable', 'canary'] as const) {
        const { refusal, overRefusal, refusals } = canary.figures[arm]
        this.set({ arm, kind: 'harmful' }, refusal.value)
        this.set({ arm, kind: 'harmless' }, overRefusal.value)
        this.set({ arm, kind: 'all' }, refusals.value)
      }
    },
  })

  return {
    registry,
    observer: {
      token(record, seconds) {
        if (seconds !== undefined) interval.observe(model, seconds)
        else firstToken.observe(model, (performance.now() - record.startedAt) / 1000)
      },
      ended(record, outcome) {
        const reason = outcome === 'aborted' ? 'abort' : 'error'
        for (const choice of record.choices)
          success.inc({ ...model, finished_reason: choice.finishReason ?? reason })
        stacks.inc({ patches: stackNames(record.stack.parts), arm: record.stack.arm ?? '', outcome })
        if (outcome !== 'done') return
        whole.observe(model, (performance.now() - record.startedAt) / 1000)
        promptSize.observe(model, record.promptTokens)
        for (const choice of record.choices) answerSize.observe(model, choice.tokens)
        asked.observe(model, record.maxTokens)
        choices.observe(model, record.choices.length / record.prompts.length)
      },
    },
    async middleware(c, next) {
      await next()
      http.inc({ method: c.req.method, route: routePath(c, -1), status: c.res.status })
    },
    canary: ({ state }) => {
      if (state !== 'running') ended.inc({ state })
    },
  }
}
