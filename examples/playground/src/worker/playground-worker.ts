import { expose } from 'comlink'
import { createPlayground } from './playground.ts'

expose(createPlayground())
