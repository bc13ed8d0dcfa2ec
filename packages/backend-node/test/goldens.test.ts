import { describe } from 'vitest'
import { describeFamilyGoldens } from '../../core/test/family-goldens.ts'
import { describeModelGoldens } from '../../core/test/model-goldens.ts'
import { describeTrainingGoldens } from '../../core/test/training-goldens.ts'
import { onnxruntimeBackend } from '../src/onnxruntime/onnxruntime-backend.ts'

describe('on ONNX Runtime', () => {
  const createBackend = () => onnxruntimeBackend({ threads: 1 })
  describeModelGoldens(createBackend)
  describeTrainingGoldens(createBackend)
  describeFamilyGoldens(createBackend, 'chosen')
})
