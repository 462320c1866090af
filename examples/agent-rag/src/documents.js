/** What the system knows before anybody has taught it anything. */
export const DOCUMENTS = [
  { name: 'pool-size', text: 'The connection pool of the shop has 20 connections. Ten more may wait for at most one second.' },
  { name: 'backup-time', text: 'Backups of the database run every night at 02:00. A restore takes about 40 minutes.' },
  { name: 'restore-drill', text: 'A restore of the database is tried every Monday. The log of the last drill is kept for one year.' },
  { name: 'rate-limit', text: 'The public interface allows 100 requests a minute for each key. Whoever asks more often gets a 429.' },
  { name: 'token-expiry', text: 'Access tokens expire after 15 minutes. Refresh tokens expire after 30 days.' },
  { name: 'log-retention', text: 'Logs stay searchable for 14 days. Audit logs are archived for seven years.' },
  { name: 'deploy-window', text: 'Deployments happen on weekdays between 09:00 and 16:00. A rollback takes five minutes.' },
  { name: 'cache-policy', text: 'The cache evicts the least recently used entries. Prices are cached for 30 seconds.' },
  { name: 'cert-renewal', text: 'Certificates are renewed 30 days before they end. An alert fires seven days before.' },
  { name: 'on-call', text: 'The engineer on call answers within 15 minutes. The second line follows after 30 minutes.' },
  { name: 'invoice-export', text: 'Invoices are exported as CSV on the first of each month. Finance keeps them in the ledger.' },
  { name: 'image-size', text: 'Pictures of products may have 5 MB. Larger pictures are scaled down to 1600 pixels.' },
];
