"""Pages."""

from ckanext.territoires.views.action import territoires_action
from ckanext.territoires.views.charts import territoires_charts
from ckanext.territoires.views.community import territoires_community
from ckanext.territoires.views.custom import territoires_custom
from ckanext.territoires.views.editions import territoires_editions
from ckanext.territoires.views.feeds import territoires_feeds
from ckanext.territoires.views.follow import territoires_follow
from ckanext.territoires.views.home import territoires_home
from ckanext.territoires.views.loading import territoires_loading
from ckanext.territoires.views.lookup import territoires_lookup
from ckanext.territoires.views.mail import territoires_mail
from ckanext.territoires.views.outlines import territoires_outlines
from ckanext.territoires.views.portrait import territoires_portrait
from ckanext.territoires.views.profile import territoires_profile
from ckanext.territoires.views.project import territoires_project
from ckanext.territoires.views.statistics import territoires_statistics
from ckanext.territoires.views.territory import territoires_territory
from ckanext.territoires.views.thread import territoires_thread

__all__ = [
    "territoires_action",
    "territoires_charts",
    "territoires_community",
    "territoires_custom",
    "territoires_editions",
    "territoires_feeds",
    "territoires_follow",
    "territoires_home",
    "territoires_loading",
    "territoires_lookup",
    "territoires_mail",
    "territoires_outlines",
    "territoires_portrait",
    "territoires_profile",
    "territoires_project",
    "territoires_statistics",
    "territoires_territory",
    "territoires_thread",
]
