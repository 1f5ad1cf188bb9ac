import { useState } from 'react'
import { useStore } from 'zustand'
import type { ApiToken } from '../../../shared/bots.ts'
import { scopeWords } from '../../format/bot-words.ts'
import { formatAge, formatDateTime } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx'
import { Button, Empty, Keys } from '../../ui/controls.tsx'
import { StaleLine, Unread } from '../../ui/Loaded.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useNow } from '../../ui/useNow.ts'

const t = textsOf('bots')

/** Who may ask the local API. */
export function TokensPanel({ onCreate }: { onCreate(): void }) {
  const { bots, api } = useStores()
  const { tokens, tokensProblem, load } = useStore(bots)
  const [revoked, setRevoked] = useState<ApiToken | null>(null)
  const retry = () => void load()
  return (
    <Panel
      title={t('tokens.title')}
      testId="tokens"
      end={
        <span className="ml-auto flex items-center gap-2">
          <Keys>n</Keys>
          <Button onClick={onCreate} data-testid="create-token">
            {t('tokens.create')}
          </Button>
        </span>
      }
    >
      {tokens === null ? (
        <div className="h-36">
          <Unread what={t('tokens.unread')} problem={tokensProblem} retry={retry} />
        </div>
      ) : (
        <>
          <StaleLine problem={tokensProblem} retry={retry}>
            {t('stale')}
          </StaleLine>
          {tokens.length === 0 ? (
            <div className="h-36">
              <Empty title={t('tokens.empty')}>
                <p>{t('tokens.why')}</p>
              </Empty>
            </div>
          ) : (
            <TokenTable tokens={tokens} onRevoke={setRevoked} />
          )}
        </>
      )}
      {revoked !== null && (
        <ConfirmDialog
          title={t('tokens.revoke.title', { name: revoked.name })}
          confirmText={t('tokens.revoke.confirm')}
          cancelText={t('tokens.revoke.cancel')}
          testId="revoke-token"
          onClose={() => setRevoked(null)}
          confirm={async () => {
            const reply = await api.call('tokens.revoke', { id: revoked.id })
            if (!reply.ok) return reply.message
            await load()
            return null
          }}
        >
          <p>
            {t('tokens.revoke.effect')}{' '}
            {revoked.lastUsedAt === null
              ? t('tokens.revoke.neverUsed')
              : t('tokens.revoke.lastUsed', { at: formatDateTime(revoked.lastUsedAt) })}
          </p>
        </ConfirmDialog>
      )}
    </Panel>
  )
}

interface TokenTableProps {
  readonly tokens: readonly ApiToken[]
  onRevoke(token: ApiToken): void
}

function TokenTable({ tokens, onRevoke }: TokenTableProps) {
  const now = useNow(10_000)
  return (
    <div className="overflow-x-auto">
      <table className="w-full text-left" aria-label={t('tokens.title')} data-testid="tokens-table">
        <thead className="text-2xs text-muted">
          <tr className="h-7 [&>th]:px-3 [&>th]:font-normal">
            <th scope="col">{t('tokens.columns.name')}</th>
            <th scope="col">{t('tokens.columns.scopes')}</th>
            <th scope="col">{t('tokens.columns.created')}</th>
            <th scope="col">{t('tokens.columns.used')}</th>
            <th scope="col">
              <span className="sr-only">{t('tokens.columns.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <tr key={token.id} className="h-8 border-t border-line [&>td]:px-3 [&>th]:px-3">
              <th scope="row" className="max-w-40 truncate font-medium text-strong select-text" title={token.name}>
                {token.name}
              </th>
              <td className="whitespace-nowrap">{token.scopes.map((scope) => scopeWords[scope].text).join(', ')}</td>
              <td className="whitespace-nowrap text-muted" title={formatDateTime(token.createdAt)}>
                {formatDateTime(token.createdAt).slice(0, 10)}
              </td>
              <td className="whitespace-nowrap text-muted">
                {token.lastUsedAt === null
                  ? t('tokens.never')
                  : t('tokens.used', { age: formatAge(now - token.lastUsedAt) })}
              </td>
              <td className="text-right">
                <Button
                  kind="danger"
                  className="h-6!"
                  aria-label={t('tokens.revoke.label', { name: token.name })}
                  data-testid={`revoke-${token.id}`}
                  onClick={() => onRevoke(token)}
                >
                  {t('tokens.revoke.text')}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
