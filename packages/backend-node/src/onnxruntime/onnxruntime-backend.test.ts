import { backendConformance } from '@policypatch/core/testing'
import { describe, it } from 'vitest'
import { onnxruntimeBackend } from './onnxruntime-backend.ts'

// Weights bound into programs are how cuda is used, for which no machine may be at hand.
describe.each(['fed', 'bound'] as const)('with weights that are %s', (weightPlacement) => {
  const createBackend = () => onnxruntimeBackend({ threads: 1, weightPlacement })
  it.each(backendConformance({ createBackend }))('$name', ({ run }) => run())
})
