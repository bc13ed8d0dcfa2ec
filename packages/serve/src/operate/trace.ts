import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { AnswerObserver, AnswerRecord } from '../answer/answer-record.ts'
import { completionTokens } from '../answer/usage.ts'
import { stackLabel } from '../patches/served-stack.ts'

/**
 * A span for every answer, following OpenTelemetry's conventions for generative models, within the caller's trace if it is given.
 * Nothing is recorded without an SDK, which the operator provides (`node --import ./tracing.mjs`).
 */
export function traceAnswers(version: string): AnswerObserver {
  const spans = new WeakMap<AnswerRecord, Span>()
  return {
    begun(record) {
      const { operation, model, stack, headers, maxTokens, choices } = record
      const name = operation === 'chat' ? 'chat' : 'text_completion'
      const parent = propagation.extract(context.active(), headers, {
        get: (carrier, key) => carrier.get(key) ?? undefined,
        keys: (carrier) => [...carrier.keys()],
      })
      const attributes = {
        'gen_ai.operation.name': name,
        'gen_ai.provider.name': 'policypatch',
        'gen_ai.request.model': model,
        'gen_ai.request.max_tokens': maxTokens,
        'gen_ai.request.choice.count': choices.length,
        'policypatch.patches': stackLabel(stack.parts),
        ...(stack.arm && { 'policypatch.arm': stack.arm }),
      }
      const tracer = trace.getTracer('@policypatch/serve', version)
      spans.set(record, tracer.startSpan(`${name} ${model}`, { kind: SpanKind.SERVER, attributes }, parent))
    },
    token(record, interval) {
      if (interval === undefined) spans.get(record)?.addEvent('first token')
    },
    ended(record, outcome, error) {
      const span = spans.get(record)
      if (!span) return
      const { id, choices, promptTokens, cachedTokens } = record
      span.setAttributes({
        'gen_ai.response.id': id,
        'gen_ai.response.finish_reasons': choices.map(({ finishReason }) => finishReason ?? outcome),
        'gen_ai.usage.input_tokens': promptTokens,
        'gen_ai.usage.cache_read.input_tokens': cachedTokens,
        'gen_ai.usage.output_tokens': completionTokens(record),
      })
      if (outcome === 'failed') {
        if (error instanceof Error) span.recordException(error)
        span.setStatus({ code: SpanStatusCode.ERROR })
      }
      span.end()
    },
  }
}
