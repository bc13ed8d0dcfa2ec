/**
 * Custom training loops, gates, and distillation from several patches or to another base model.
 *
 * @module policypatch/train
 */

import '../platform-storage.ts'

export * from '@policypatch/core/train'
