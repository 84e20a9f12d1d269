"""Questions of the curators' desk and of the shops that wait for it."""

from marketplace.curation.queries.desk import QueuePage as QueuePage
from marketplace.curation.queries.desk import QueueRow as QueueRow
from marketplace.curation.queries.desk import next_waiting as next_waiting
from marketplace.curation.queries.desk import queue as queue
from marketplace.curation.queries.desk import waiting_count as waiting_count
from marketplace.curation.queries.standing import ProductStanding as ProductStanding
from marketplace.curation.queries.standing import for_store as for_store
from marketplace.curation.queries.standing import standings as standings
from marketplace.curation.queries.standing import to_watch as to_watch
from marketplace.curation.queries.submission import PastDecision as PastDecision
from marketplace.curation.queries.submission import SubmissionView as SubmissionView
from marketplace.curation.queries.submission import lacking as lacking
from marketplace.curation.queries.submission import letter_facts as letter_facts
from marketplace.curation.queries.submission import on_desk as on_desk
from marketplace.curation.queries.submission import submission as submission
from marketplace.curation.queries.submission import submission_view as submission_view
