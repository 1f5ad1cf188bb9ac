import './zod-config.ts'
import './styles.css'
import { speak } from './i18n.ts'
import { rememberedLook } from './remembered-look.ts'

// First the language, then the modules that hold texts.
const { language } = rememberedLook()
await speak(language).catch((error: unknown) => console.error(`texts in "${language}" could not be loaded`, error))
await import('./start.tsx')
