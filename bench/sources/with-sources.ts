// Preloaded into a process that is measured beside one without sources: watches the same modules and changes none.

import { watchSources } from './unused-sources.ts';

watchSources(() => undefined);
