import { cpuBackend } from '../cpu-backend.ts'
import { describeModelGoldens } from '../model-goldens.ts'

describeModelGoldens(cpuBackend)
