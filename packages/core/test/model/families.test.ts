import { cpuBackend } from '../cpu-backend.ts'
import { describeFamilyGoldens } from '../family-goldens.ts'

describeFamilyGoldens(cpuBackend, 'all')
