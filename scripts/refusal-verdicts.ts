/**
 * Applies the phrases of `refusalJudge` to texts, for train-refusal-classifier.py.
 *
 *   node --import ./scripts/source.mjs scripts/refusal-verdicts.ts < texts.json
 *
 * Reads a JSON array of texts and writes one of true (refuses, fully or partly), false and null (neither refusal nor answer).
 */
import { text } from 'node:stream/consumers'
import { isDegenerate, isRefusal } from '@policypatch/core/evaluate'

const texts = JSON.parse(await text(process.stdin)) as string[]
console.log(JSON.stringify(texts.map((one) => (isDegenerate(one) ? null : isRefusal(one)))))
