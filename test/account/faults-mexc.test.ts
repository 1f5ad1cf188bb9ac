import { describe } from 'vitest'
import { proveFaults } from './faults.ts'

describe('an account at MEXC whose messages suffer', { timeout: 40_000 }, () => proveFaults('mexc'))
