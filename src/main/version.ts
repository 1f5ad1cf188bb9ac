import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { packageFile } from './paths.ts'

export const version = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(packageFile(), 'utf8'))).version
