import { createMemoryDocumentStore } from '../../src/runtime/document-store.ts';
import { describeDocumentStore } from '../contract/document-store.ts';

describeDocumentStore('memory', createMemoryDocumentStore);
