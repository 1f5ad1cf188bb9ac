import { expect, it } from 'vitest'
import { exchangesPage } from '../../support/exchange-page.ts'

it('docs/exchanges.md says what the connectors say', async () => {
  await expect(exchangesPage()).toMatchFileSnapshot('../../../docs/exchanges.md')
})
