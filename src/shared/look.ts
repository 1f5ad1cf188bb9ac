import { z } from 'zod'

/** How pages look: a part of the settings' `appearance`. All of it has a default, so an empty one is valid. */
export const Look = z.object({
  theme: z.enum(['system', 'dark', 'light']).default('system'),
  /** Height of rows and headers. */
  density: z.enum(['comfortable', 'compact']).default('comfortable'),
  /** Of up and down: green and red, or blue and orange, which the colour-blind tell apart. */
  colours: z.enum(['standard', 'blue-orange']).default('standard'),
  /** Whose clock times are shown in: that of this machine's zone, or UTC. */
  times: z.enum(['local', 'utc']).default('local'),
  /** Of the texts on the screens; what leaves the program is English. */
  language: z.enum(['en', 'de']).default('en'),
})
export type Look = z.infer<typeof Look>
