/** Imported first: zod must not try to compile schemas with `new Function`, which the page's content security policy forbids. */
import { z } from 'zod'

z.config({ jitless: true })
