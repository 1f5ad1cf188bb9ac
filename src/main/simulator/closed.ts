/** What callers from blocked countries are told where the exchange's own words are not documented. */
export const countryBlocked = {
  status: 403,
  body: 'Forbidden: this service is not available in your country or region',
} as const
