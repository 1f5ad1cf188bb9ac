import { closeSync, openSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createLogger } from '../../src/main/log.ts'

describe('the log', () => {
  it.skipIf(process.platform !== 'linux')('stops nothing when it cannot be written', () => {
    const full = openSync('/dev/full', 'w')
    onTestFinished(() => closeSync(full))
    const logger = createLogger('info', full)
    for (let line = 0; line < 3; line++) expect(() => logger.info({ line }, 'no room')).not.toThrow()
  })
})
