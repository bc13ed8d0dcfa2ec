/**
 * Custom training loops, gates, and distillation from several patches or to another base model.
 *
 * @module policypatch/browser/train
 */

import '../../platform-storage.ts'

export * from '@policypatch/core/train'
