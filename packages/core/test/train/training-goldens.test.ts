import { cpuBackend } from '../cpu-backend.ts'
import { describeTrainingGoldens } from '../training-goldens.ts'

describeTrainingGoldens(cpuBackend)
