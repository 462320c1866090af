// Once, before the api: the collection, and what the system knows from the beginning.
import { DOCUMENTS } from '../src/documents.js';
import { store } from '../src/knowledge.js';
import { openModel } from '../src/model.js';
import { log } from '../src/service.js';
import { urlFrom } from '../src/settings.js';
import { openVectors } from '../src/stores/vectors.js';

const { PATIENCE_MS = '20000' } = process.env;
const until = Date.now() + Number(PATIENCE_MS);
const services = { model: openModel(urlFrom('MODEL_URL', ['http'])), vectors: openVectors(urlFrom('VECTORS_URL', ['http', 'postgres'])) };

for (;;) {
  try {
    await services.vectors.prepare();
    for (const document of DOCUMENTS) await store(services, document);
    break;
  } catch (error) {
    // Whom it needs may still be starting.
    if (Date.now() > until) throw error;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
log('info', 'prepared', { documents: DOCUMENTS.length });
await services.vectors.close();
