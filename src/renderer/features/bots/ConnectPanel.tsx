import { useStore } from 'zustand'
import type { Settings } from '../../../shared/settings.ts'
import { connectSnippets } from '../../format/bot-words.ts'
import { textsOf } from '../../i18n.ts'
import { CopyButton, PathText } from '../../ui/CopyButton.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { useStores } from '../../ui/StoresContext.tsx'

const t = textsOf('bots')

/** Of each command, what is copied, as it stands within a sentence. */
const copied: Readonly<Record<string, string>> = {
  token: t('connect.copied.token'),
  quotes: t('connect.copied.quotes'),
  balances: t('connect.copied.balances'),
  subscribe: t('connect.copied.subscribe'),
}

/** Commands to begin with. They name the variable that holds a token, never a token. */
export function ConnectPanel({ settings }: { readonly settings: Settings }) {
  const url = useStore(useStores().bots, ({ apiStatus }) => apiStatus?.url ?? null)
  return (
    <Panel title={t('connect.title')} testId="connect">
      <ul className="flex flex-col gap-2 p-3">
        {connectSnippets(url, settings).map(({ id, title, text }) => (
          <li key={id}>
            <p className="text-2xs text-muted">{title}</p>
            <div className="flex items-start gap-2">
              <code
                data-testid={`snippet-${id}`}
                className="min-w-0 flex-1 rounded border border-line bg-base px-2 py-1 font-mono text-2xs break-words text-text select-text"
              >
                {text}
              </code>
              <CopyButton className="h-6.5!" what={copied[id] ?? title} textOf={() => text} />
            </div>
          </li>
        ))}
      </ul>
      <div className="border-t border-line px-3 py-2 text-2xs text-muted">
        {url !== null && (
          <p className="flex items-center gap-2">
            {t('connect.paths')}
            <PathText path={`${url}/api/docs`} what={t('connect.pathsCopied')} />
          </p>
        )}
        <p>{t('connect.documents')}</p>
      </div>
    </Panel>
  )
}
