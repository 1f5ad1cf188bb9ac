import i18next, { type TFunction } from 'i18next'
import { initReactI18next } from 'react-i18next'
import type { Look } from '../shared/look.ts'
import english from './locales/en/index.ts'

export type Language = Look['language']
/** The texts of one folder under `features/`, or of `format/`, `stores/` or `ui/`: `locales/<language>/<namespace>.json`. */
export type Namespace = keyof typeof english

declare module 'i18next' {
  /** So that a key that does not exist does not compile. */
  interface CustomTypeOptions {
    resources: typeof english
    defaultNS: false
    returnNull: false
  }
}

/** English is part of the bundle and ready before anything else runs; the other languages come by `speak`. */
void i18next.use(initReactI18next).init({
  lng: 'en' satisfies Language,
  fallbackLng: 'en' satisfies Language,
  resources: { en: english },
  // React and the painters escape by themselves.
  interpolation: { escapeValue: false },
  initAsync: false,
})

/** `{{count, grouped}}`: `12,345` in every language (docs/decisions/0013). */
const grouped = new Intl.NumberFormat('en-US')
i18next.services.formatter?.add('grouped', (value: number) => grouped.format(value))

/**
 * Of each language but English, what fetches its texts: a chunk of its own, so that nobody loads what nobody reads.
 */
const chunks: Readonly<
  Record<Exclude<Language, 'en'>, () => Promise<{ readonly default: Record<Namespace, object> }>>
> = { de: async () => await import('./locales/de/index.ts') }

/**
 * From here on texts come in this language. To be called before the modules that hold texts are loaded: many are constants.
 * Another language later needs the page anew (`theme.ts`).
 */
export async function speak(language: Language): Promise<void> {
  if (language !== 'en') {
    const { default: texts } = await chunks[language]()
    for (const [namespace, words] of Object.entries(texts)) i18next.addResourceBundle(language, namespace, words)
  }
  await i18next.changeLanguage(language)
}

/** For what the platform can say by itself: names of months. */
export const languageInForce = (): string => i18next.language

/** The texts of a namespace, in the language in force when they are asked for: `const t = textsOf('markets')`, `t('empty.title')`. */
export const textsOf = <N extends Namespace>(namespace: N): TFunction<N> => i18next.getFixedT(null, namespace)
